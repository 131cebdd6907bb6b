-- Reads an entry, and takes on its load if it is missing, due for a refresh, or refreshed early. It is kept for twice the lease: a load that
-- comes late is good enough if nobody else has begun one.
--
-- KEYS[1]  entry, a hash, expiring when its last part does. Times are in microseconds since 2020:
--          kind (value or absent), value, fresh (until then it is not loaded anew), stale (until then it is served), cost (how many
--          microseconds its load took), filler (the token of that load); token (of the load under way), granted, leased (until then
--          nobody else loads); failed (until then nobody loads after a failure), failedAt, error; waited (if somebody waits for the load)
-- ARGV[1]  token: unique to this call, so that a repeated one finds its own lease
-- ARGV[2]  for how many milliseconds a load is leased
-- ARGV[3]  how early to refresh: so many times the cost before the entry stops being fresh
--
-- Answers {hit, kind, value, 1 if the caller has to refresh it, milliseconds that it is fresh yet}, {load} if the caller has to load it,
-- {wait, milliseconds} if another one does, until then at most, or {failed, error}. What can be served is, also while the server refuses to write,
-- as it lacks memory or replicas; then nobody refreshes it. A lease or a failure that is yet to come, as the clock was set back, holds up nobody.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local function exact(number) return string.format('%.0f', number) end

local entry = redis.call('HMGET', KEYS[1], 'kind', 'value', 'fresh', 'stale', 'cost', 'token', 'leased', 'failed', 'error', 'granted', 'failedAt')
local kind, value, token = entry[1], entry[2], entry[6]
local leased = token and token ~= ARGV[1] and tonumber(entry[7]) > now and tonumber(entry[10]) <= now
local failed = tonumber(entry[8] or 0) > now and tonumber(entry[11] or 0) <= now

local function lease(call)
  local written = call('HSET', KEYS[1], 'token', ARGV[1], 'granted', exact(now), 'leased', exact(now + ARGV[2] * 1000))
  if type(written) == 'table' then return 0 end
  redis.call('HDEL', KEYS[1], 'failed', 'failedAt', 'error')
  if redis.call('PTTL', KEYS[1]) < 2 * ARGV[2] then redis.call('PEXPIRE', KEYS[1], exact(2 * ARGV[2])) end
  return 1
end

if kind and tonumber(entry[4]) > now then
  local due = now + tonumber(entry[5]) * tonumber(ARGV[3]) >= tonumber(entry[3])
  local left = math.max(0, math.floor((tonumber(entry[3]) - now) / 1000))
  if not due or leased or failed then return {'hit', kind, value, 0, left} end
  return {'hit', kind, value, lease(redis.pcall), left}
end
if leased then
  redis.call('HSET', KEYS[1], 'waited', '1')
  return {'wait', math.ceil((tonumber(entry[7]) - now) / 1000)}
end
if failed then return {'failed', entry[9]} end
lease(redis.call)
return {'load'}
