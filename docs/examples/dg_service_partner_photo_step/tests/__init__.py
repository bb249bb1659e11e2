from . import test_photo_step
