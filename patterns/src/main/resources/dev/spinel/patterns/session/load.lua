-- Reads a session and counts that as an access.
--
-- KEYS[1]  session, as create.lua describes it
-- KEYS[2]  sorted set of the lane's sessions by when they expire
-- ARGV[1]  id
-- ARGV[2]  after how many idle milliseconds it expires
-- ARGV[3]  after how many milliseconds it expires in any case; 0: never
--
-- Answers the fields of the session and their values as they were before; nothing if there is no such session. While the server refuses to
-- write, as it lacks memory or replicas, it is no access. A replica is not asked, as it may not know yet that the session ended.

local fields = redis.call('HGETALL', KEYS[1])
if #fields == 0 then return fields end
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local function exact(number) return string.format('%.0f', number) end

local expires = now + ARGV[2]
if tonumber(ARGV[3]) > 0 then expires = math.min(expires, redis.call('HGET', KEYS[1], 'created') + ARGV[3]) end
local written = redis.pcall('HSET', KEYS[1], 'accessed', exact(now))
if type(written) ~= 'table' then
  redis.call('PEXPIREAT', KEYS[1], exact(expires))
  redis.call('ZADD', KEYS[2], exact(expires), ARGV[1])
elseif string.find(written.err, 'READONLY', 1, true) then
  return written
end
-- The lifetime may be shorter than it was.
if expires <= now then return {} end
return fields
