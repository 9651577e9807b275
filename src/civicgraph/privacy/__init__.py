"""Personal data 个人信息: what is kept, why and how long; erasing it in time; the keys that it is sealed under."""
