"""The data-exchange face: JSON for other systems and monitors, and the state of the house for its administrator."""
