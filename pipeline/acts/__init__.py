"""Every write of the product: one public function per business event, keyword-only, with its actor and its day.

The module is the first word of the act's name: `case.admit` is acts/case.py: admit(). An act happens whole or not
at all, requires its own grant, sends nothing and enqueues nothing.
"""
