"""What is known of a firm: the facts file as records, and the flat figures of a day that formulas ask for."""
