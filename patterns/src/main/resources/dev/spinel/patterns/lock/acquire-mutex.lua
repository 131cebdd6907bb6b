-- Takes a lock, or says how long the present lease runs at most.
--
-- KEYS[1]  the lock: owner:fence, expiring with the lease
-- KEYS[2]  the last fence of the lane
-- ARGV[1]  owner: unique to this acquisition, so that a repeated call finds its own lease
-- ARGV[2]  lease in milliseconds
--
-- Answers {1, fence}, or {0, milliseconds}. Fences of a lane rise by at least one per grant and follow the server's clock in
-- microseconds since 2020, so that they still rise when the server loses its last writes. What never expires is none of these
-- leases: somebody has to remove it, and to ask every five seconds is enough.

local held = redis.call('GET', KEYS[1])
if held then
  local owner, fence = string.match(held, '^([^:]+):(%d+)$')
  if owner ~= ARGV[1] then
    local left = redis.call('PTTL', KEYS[1])
    return {0, left < 0 and 5000 or left}
  end
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return {1, tonumber(fence)}
end
local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local last = redis.call('GET', KEYS[2]) or '0'
if not string.match(last, '^%d+$') or tonumber(last) >= 9007199254740992 then
  return redis.error_reply('ERR the fence is out of range')
end
local fence = math.max(tonumber(last) + 1, now)
local text = string.format('%.0f', fence)
redis.call('SET', KEYS[2], text)
redis.call('SET', KEYS[1], ARGV[1] .. ':' .. text, 'PX', ARGV[2])
return {1, fence}
