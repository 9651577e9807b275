"""Events as other programs take them: calendars, feed readers, search engines, chat programs."""
