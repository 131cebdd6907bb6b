-- Counts messages of a group.
--
-- KEYS[1]  grouped: ready messages of groups, as in exchange.lua
-- KEYS[2]  hash of groups to how many of their messages are leased, if any
-- ARGV[1]  the group
--
-- Answers how many are ready, and how many are leased.

local prefix = #ARGV[1] .. ':' .. ARGV[1]
return {
  redis.call('ZLEXCOUNT', KEYS[1], '[' .. prefix .. ':', '(' .. prefix .. ';'),
  tonumber(redis.call('HGET', KEYS[2], ARGV[1])) or 0}
