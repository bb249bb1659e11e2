from . import date_formula
