-- Gives back what an earlier acquire took and nobody used. What has drained since, or belongs to a window that is over, is not
-- given back: it has already made room for others. The request that took it may take anew.
--
-- KEYS[i]       the state of limit i
-- KEYS[n + 1]   what was answered to the request, as acquire keeps it; absent if it had no id
-- ARGV[1]       how much of it to give back
-- ARGV[2]       the token of the request
-- ARGV[3]       when it was taken, in microseconds since 2020-01-01, as acquire answered it
-- then five for each limit, as for acquire
--
-- Answers in how many limits something was given back.

local cost, token, at = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])

local function exact(number) return string.format('%.17g', number) end

local kinds = {}

-- What was taken cannot have begun to drain before it was taken. Assuming that it did at once errs on the safe side whatever
-- else was taken or given back meanwhile.
function kinds.gcra(key, a)
  local drained, left = tonumber(redis.call('GET', key) or 0), a * cost - (now - at)
  if left <= 0 or drained <= now or at > now then return 0 end
  local value = drained - left
  if value <= now then
    redis.call('DEL', key)
  else
    redis.call('SET', key, exact(value), 'KEEPTTL')
  end
  return 1
end

-- The same in steps: each refill since then has refilled this cost first.
function kinds.bucket(key, a, b, c)
  local stored = redis.call('HMGET', key, 'tokens', 'since')
  if not stored[1] or at > now then return 0 end
  local tokens, since = tonumber(stored[1]), tonumber(stored[2])
  local refills = math.floor((now - since) / a)
  local left = cost - math.max(0, math.ceil((since + refills * a - at) / a)) * c
  if left <= 0 or tokens + refills * c >= b then return 0 end
  redis.call('HSET', key, 'tokens', exact(math.min(b, tokens + left)))
  return 1
end

function kinds.counter(key, a)
  local stored = redis.call('HMGET', key, 'window', 'current', 'previous')
  if not stored[1] then return 0 end
  local behind = tonumber(stored[1]) - math.floor(at / a)
  local field = behind == 0 and 2 or (behind == 1 and 3 or nil)
  if not field then return 0 end
  local count = tonumber(stored[field])
  if count <= 0 then return 0 end
  redis.call('HSET', key, field == 2 and 'current' or 'previous', exact(math.max(0, count - cost)))
  return 1
end

-- The entry keeps what is not given back.
function kinds.log(key)
  local named = token .. ':' .. exact(at) .. ':'
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, exact(at), exact(at))) do
    if string.sub(member, 1, #named) == named then
      local left = tonumber(string.sub(member, #named + 1)) - cost
      if left < 0 then return 0 end
      redis.call('ZREM', key, member)
      if left > 0 then redis.call('ZADD', key, exact(at), named .. exact(left)) end
      redis.call('ZINCRBY', key, cost, 'total')
      return 1
    end
  end
  return 0
end

function kinds.fixed(key, a)
  local stored = redis.call('HMGET', key, 'window', 'count')
  if not stored[1] or tonumber(stored[1]) ~= math.floor(at / a) or tonumber(stored[2]) <= 0 then return 0 end
  redis.call('HSET', key, 'count', exact(math.max(0, tonumber(stored[2]) - cost)))
  return 1
end

function kinds.concurrent(key)
  local removed = 0
  for first = 1, cost, 1000 do
    local permits = {}
    for i = first, math.min(first + 999, cost) do permits[#permits + 1] = token .. ':' .. exact(at) .. ':' .. i end
    removed = removed + redis.call('ZREM', key, unpack(permits))
  end
  return removed > 0 and 1 or 0
end

local refunded = 0
for i = 1, #KEYS - 1 do
  local first = 3 + 5 * (i - 1)
  refunded = refunded + kinds[ARGV[first + 1]](KEYS[i],
    tonumber(ARGV[first + 2]), tonumber(ARGV[first + 3]), tonumber(ARGV[first + 4]))
end
-- Not the answer to a later request with this id.
local answered = redis.call('GET', KEYS[#KEYS])
if answered and string.match(answered, ',(%d+)') == ARGV[3] then redis.call('DEL', KEYS[#KEYS]) end
return refunded
