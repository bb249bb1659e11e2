from . import portal_steps
