"""The demonstration city: a roster of real listed firms, and a cast to work on them."""
