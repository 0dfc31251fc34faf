"""The hosts: each module binds the catalogue of functions to one host and holds no rule."""
