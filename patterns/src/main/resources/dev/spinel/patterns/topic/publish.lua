-- Publishes a message with the next number of its topic.
--
-- KEYS[1]  the topic, a hash: epoch (when its numbers began, in microseconds since 2020), last (the number of the last message)
-- ARGV[1]  channel
-- ARGV[2]  body
--
-- Answers the number. The message reads epoch:number:body. One that may not be published takes no number.

local epoch = redis.call('HGET', KEYS[1], 'epoch')
if not epoch then
  local clock = redis.call('TIME')
  epoch = string.format('%.0f', (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2]))
  redis.call('HSET', KEYS[1], 'epoch', epoch)
end
local number = redis.call('HINCRBY', KEYS[1], 'last', 1)
local published = redis.pcall('PUBLISH', ARGV[1], epoch .. ':' .. string.format('%.0f', number) .. ':' .. ARGV[2])
if type(published) == 'table' and published.err then
  redis.call('HINCRBY', KEYS[1], 'last', -1)
  return published
end
return number
