"""Brings a real Odoo with a database up, runs it, tests it and checks the code."""
