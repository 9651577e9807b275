"""Demo scale against city scale: does a page cost the same when the city is a thousand times bigger?"""
