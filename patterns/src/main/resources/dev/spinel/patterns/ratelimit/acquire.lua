-- Takes a cost from all limits of a limiter, or from none. Looks only, if so asked.
--
-- KEYS[i]       the state of limit i
-- KEYS[n + 1]   what was answered to this request before; only if ARGV[5] > 0
-- ARGV[1]       take | peek
-- ARGV[2]       cost
-- ARGV[3]       token: names the request; its permits and entries are called token:now, for a token may come again later
-- ARGV[4]       how many microseconds the caller is ready to wait, after taking; 0 to take only what is free now
-- ARGV[5]       for how many milliseconds the answer is kept for a repeated request; 0: not at all
-- ARGV[6]       the most to take: as much as fits of it, at least the cost; the cost itself to take just that
-- then five for each limit: kind, and a, b, c, d as the kinds below name them
--
-- Answers {granted, now, wait, and for each limit: remaining, retry, reset}. Times are in microseconds, now counts from
-- 2020-01-01 so that all arithmetic stays exact in a double (until 2305). granted is how much fits, and was taken unless this is a
-- look; 0 if the cost does not fit. wait is after how long it may be used. remaining and reset (until the limit is whole again) tell
-- the state after the decision; retry is after how long the cost would be granted if nobody else took any, 0 if it fits, -1 if it
-- never does.
--
-- Time is the server's. When its clock was set back, states lie in the future: each kind pulls them back to the furthest that
-- the present clock could have made. It keeps that also when it denies, or the wait would start anew with every call; but not when it
-- only looks, as a caller that allows less reservations ahead would take those of others away.

-- A call takes hardly longer than its commands: nothing is made that its kinds do not need, and numbers go to commands as they are, as
-- the server writes them with all their digits.

local call, floor, ceil, max, min = redis.call, math.floor, math.ceil, math.max, math.min
local cost, token, limits = tonumber(ARGV[2]), ARGV[3], (#ARGV - 6) / 5
local remembers = ARGV[5] ~= '0'

local clock = call('TIME')
local now = (clock[1] - 1577836800) * 1000000 + clock[2]

if remembers then
  local before = call('GET', KEYS[limits + 1])
  if before then
    local reply = {}
    for number in string.gmatch(before, '[^,]+') do reply[#reply + 1] = tonumber(number) end
    -- What is left of the wait.
    reply[3] = max(0, reply[3] - max(0, now - reply[2]))
    return reply
  end
end

local function exact(number) return string.format('%.17g', number) end
-- When a key that is kept for so many microseconds ends, in milliseconds of Unix time. Not a time to live: that would count from the
-- start of the script, and the clock was read later, by as much as the process was stopped in between. A millisecond more, as the
-- server may end keys by a clock that is as much ahead.
local function ending(micros) return 1577836800000 + ceil((now + micros) / 1000) + 1 end

-- ZADD of members with one score, of which a call takes so many.
local function add(key, score, members)
  for first = 1, #members, 1000 do
    local entries = {}
    for i = first, min(first + 999, #members) do
      entries[#entries + 1] = score
      entries[#entries + 1] = members[i]
    end
    call('ZADD', key, unpack(entries))
  end
end

-- Looks at a limit for the present cost. Answers a table: retry as above, state(taken) -> remaining, reset, and put(value): of what
-- is after the cost is taken, or of what the state was pulled back to, if it was.
local function look(kind, key, a, b, c, d)

  -- Generic cell rate algorithm. Holds the time at which all that was taken will have drained, one unit per interval a. That time
  -- may lie a * b ahead (b: burst), with reservations c more. Half a microsecond is below the clock's grain and above rounding.
  if kind == 'gcra' then
    local span = a * b
    local drained = tonumber(call('GET', key) or now)
    local furthest = now + span + c
    local back = drained > furthest + 1
    if back then drained = furthest end
    if drained < now then drained = now end
    local after = drained + a * cost
    return {
      retry = cost > b and -1 or max(0, ceil(after - span - now - 0.5)),
      state = function(taken)
        local at = taken and after or drained
        return max(0, floor((span - (at - now) + 0.5) / a)), ceil(at - now)
      end,
      put = function(value) call('SET', key, value, 'PXAT', ending(value - now)) end,
      after = after,
      back = back and drained
    }
  end

  -- Token bucket that is refilled c tokens at a time every a, up to b. Full, it has no running interval. With reservations it may
  -- owe tokens.
  if kind == 'bucket' then
    local stored = call('HMGET', key, 'tokens', 'since')
    local tokens, since, back = b, now, false
    if stored[1] then
      tokens, since = tonumber(stored[1]), tonumber(stored[2])
      back = since > now
      if back then since = now end
      local steps = floor((now - since) / a)
      tokens, since = min(b, tokens + steps * c), since + steps * a
      if tokens >= b then since = now end
      -- Settings that allow less debt than those that made it.
      if tokens < -d then tokens, back = -d, true end
    end
    local function until_has(wanted, present) return max(0, ceil((wanted - present) / c) * a - (now - since)) end
    return {
      retry = cost > b and -1 or (cost <= tokens and 0 or until_has(cost, tokens)),
      state = function(taken)
        local left = taken and tokens - cost or tokens
        return max(0, left), left >= b and 0 or until_has(b, left)
      end,
      put = function(value)
        call('HSET', key, 'tokens', value, 'since', since)
        call('PEXPIREAT', key, ending(until_has(b, value)))
      end,
      after = tokens - cost,
      back = back and tokens
    }
  end

  -- Sliding window counter: of the previous window of length a, counts the share that the sliding one still covers. At most b.
  if kind == 'counter' then
    local window = floor(now / a)
    local elapsed = now - window * a
    local stored = call('HMGET', key, 'window', 'current', 'previous')
    local current, previous, back = 0, 0, false
    if stored[1] then
      local at = tonumber(stored[1])
      back = at > window
      if back or at == window then
        current, previous = tonumber(stored[2]), tonumber(stored[3])
      elseif at == window - 1 then
        previous = tonumber(stored[2])
      end
    end
    local function used(count) return count + previous * (a - elapsed) / a end
    local retry = 0
    if cost > b then
      retry = -1
    elseif used(current) + cost > b then
      local free = b - current - cost
      if free >= 0 then
        retry = max(1, ceil(a - a * free / previous - elapsed))
      else
        retry = a - elapsed + max(0, ceil(a - a * (b - cost) / current))
      end
    end
    return {
      retry = retry,
      state = function(taken)
        local count = taken and current + cost or current
        local reset = count > 0 and 2 * a - elapsed or (previous > 0 and a - elapsed or 0)
        return max(0, floor(b - used(count))), reset
      end,
      put = function(value)
        call('HSET', key, 'window', window, 'current', value, 'previous', previous)
        call('PEXPIREAT', key, ending(2 * a - elapsed))
      end,
      after = current + cost,
      back = back and current
    }
  end

  -- Sliding log: a sorted set of what was taken within the last a, by time, at most b. Members are token:now:cost; the one called
  -- "total" has the negative sum as its score, so that it comes first.
  if kind == 'log' then
    add(key, now, call('ZRANGEBYSCORE', key, '(' .. exact(now), '+inf'))
    local expired = call('ZRANGEBYSCORE', key, '(0', now - a)
    if #expired > 0 then
      local sum = 0
      for _, member in ipairs(expired) do sum = sum + tonumber(string.match(member, ':(%d+)$')) end
      call('ZREMRANGEBYSCORE', key, '(0', now - a)
      call('ZINCRBY', key, sum, 'total')
    end
    local used = -tonumber(call('ZSCORE', key, 'total') or 0)
    if used == 0 then call('DEL', key) end
    local retry = 0
    if cost > b then
      retry = -1
    elseif used + cost > b then
      local freed, rank, some = 0, 1, 1
      while retry == 0 do
        local entries = call('ZRANGE', key, rank, rank + some - 1, 'WITHSCORES')
        for i = 1, 2 * some, 2 do
          freed = freed + tonumber(string.match(entries[i], ':(%d+)$'))
          if used - freed + cost <= b then
            retry = tonumber(entries[i + 1]) + a - now
            break
          end
        end
        rank, some = rank + some, min(4 * some, 1000)
      end
    end
    return {
      retry = retry,
      state = function(taken)
        if taken then return b - used - cost, a end
        if used == 0 then return b, 0 end
        return max(0, b - used), tonumber(call('ZRANGE', key, -1, -1, 'WITHSCORES')[2]) + a - now
      end,
      put = function(value)
        -- What comes again in the microsecond of its entry is the same request, as for permits: it is charged once.
        if call('ZADD', key, now, token .. ':' .. exact(now) .. ':' .. exact(value)) == 1 then
          call('ZINCRBY', key, -value, 'total')
        end
        call('PEXPIREAT', key, ending(a))
      end,
      after = cost
    }
  end

  -- Fixed window: at most b in each window of length a, aligned to 2020-01-01T00:00Z.
  if kind == 'fixed' then
    local window = floor(now / a)
    local left = (window + 1) * a - now
    local stored = call('HMGET', key, 'window', 'count')
    local count, back = 0, false
    if stored[1] then
      local at = tonumber(stored[1])
      back = at > window
      if at >= window then count = tonumber(stored[2]) end
    end
    return {
      retry = cost > b and -1 or (count + cost <= b and 0 or left),
      state = function(taken)
        local value = taken and count + cost or count
        return max(0, b - value), value > 0 and left or 0
      end,
      put = function(value)
        call('HSET', key, 'window', window, 'count', value)
        call('PEXPIREAT', key, ending(left))
      end,
      after = count + cost,
      back = back and count
    }
  end

  -- Concurrency: a sorted set of the permits that are out, token:now:number by the end of their lease a; at most b.
  add(key, now + a, call('ZRANGEBYSCORE', key, '(' .. exact(now + a), '+inf'))
  call('ZREMRANGEBYSCORE', key, '-inf', now)
  local used = call('ZCARD', key)
  local function end_of(rank) return tonumber(call('ZRANGE', key, rank, rank, 'WITHSCORES')[2]) - now end
  return {
    retry = cost > b and -1 or (used + cost <= b and 0 or end_of(used + cost - b - 1)),
    state = function(taken)
      if taken then return b - used - cost, a end
      return max(0, b - used), used > 0 and end_of(-1) or 0
    end,
    put = function(value)
      local permits = {}
      for i = 1, value do permits[i] = token .. ':' .. exact(now) .. ':' .. i end
      add(key, now + a, permits)
      call('PEXPIREAT', key, ending(a))
    end,
    after = cost
  }
end

-- Looks at all limits.
local checked, wait, never
local function check()
  checked, wait, never = {}, 0, false
  for i = 1, limits do
    local at = 5 * i + 2
    local limit = look(ARGV[at], KEYS[i],
      tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4]))
    checked[i] = limit
    if limit.retry < 0 then never = true else wait = max(wait, limit.retry) end
  end
end

check()
if ARGV[6] ~= ARGV[2] and wait == 0 and not never then
  local least, fits = cost, tonumber(ARGV[6])
  for i = 1, limits do fits = min(fits, floor((checked[i].state(false)))) end
  if fits > least then
    cost = fits
    check()
    if wait > 0 or never then
      -- What remains was rounded up.
      cost = least
      check()
    end
  end
end
local granted = not never and wait <= tonumber(ARGV[4])
local takes = ARGV[1] == 'take'
local taken = granted and takes and cost > 0

local reply = {granted and cost or 0, now, granted and wait or 0}
for i = 1, limits do
  local limit = checked[i]
  local remaining, reset = limit.state(taken)
  reply[3 * i + 1], reply[3 * i + 2], reply[3 * i + 3] = remaining, limit.retry, reset
  if taken then
    limit.put(limit.after)
  elseif limit.back and takes then
    limit.put(limit.back)
  end
end
if remembers and taken then
  local numbers = {}
  for i = 1, #reply do numbers[i] = exact(reply[i]) end
  call('SET', KEYS[limits + 1], table.concat(numbers, ','), 'PX', ARGV[5])
end
return reply
