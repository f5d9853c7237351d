"""From a verdict to a plan: what a firm can do, how much of it is enough, and what would be if it did."""
