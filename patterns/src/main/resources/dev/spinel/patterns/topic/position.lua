-- Publishes the position of a topic to one subscriber. It hears that in the order in which it hears the topic's messages: what was
-- published before and has not arrived by then never will.
--
-- KEYS[1]  the topic, as publish.lua describes it
-- ARGV[1]  channel of the subscriber
--
-- Answers 1. The message reads epoch:last, both 0 if nothing was ever published.

local topic = redis.call('HMGET', KEYS[1], 'epoch', 'last')
redis.call('PUBLISH', ARGV[1], (topic[1] or '0') .. ':' .. (topic[2] or '0'))
return 1
