"""Which files are there, what do they say, and which classes in them are Keras layers?"""
