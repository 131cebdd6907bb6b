-- Reads a value.
--
-- KEYS[1]  hash of value and fence
--
-- Answers the value, or nothing if none was written.

return redis.call('HGET', KEYS[1], 'value')
