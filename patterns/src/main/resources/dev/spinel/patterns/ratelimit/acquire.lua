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

-- A call takes hardly longer than its commands: it makes few functions and tables, which cost most beside them, and hands numbers to
-- commands as they are, since the server writes all their digits.

-- ZADD of members with one score, of which a call takes so many.
local function add(key, score, members)
  for first = 1, #members, 1000 do
    local entries = {}
    for i = first, math.min(first + 999, #members) do
      entries[#entries + 1] = score
      entries[#entries + 1] = members[i]
    end
    redis.call('ZADD', key, unpack(entries))
  end
end

local call, floor, ceil, max, min = redis.call, math.floor, math.ceil, math.max, math.min
local cost, limits = tonumber(ARGV[2]), (#ARGV - 6) / 5
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

-- Looks at all limits for the present cost. Finds of each {retry as above, x, y, back, a, b, c}: x and y are its state, as its kind says,
-- and back tells whether that was pulled back.
local found, wait, never, least
repeat
  found, wait, never = {}, 0, false
  local fits = least and 0 or tonumber(ARGV[6])
  for i = 1, limits do
    local first = 5 * i + 2
    local kind, key, a, b = ARGV[first], KEYS[i], tonumber(ARGV[first + 1]), tonumber(ARGV[first + 2])
    local retry, free, x, y, back, c = 0, 0, 0, 0, false, 0

    -- Token bucket that is refilled c tokens at a time every a, up to b. Full, it has no running interval. With reservations it may
    -- owe d tokens. x: tokens, y: since when the interval runs.
    if kind == 'bucket' then
      local d = tonumber(ARGV[first + 4])
      c = tonumber(ARGV[first + 3])
      local stored = call('HMGET', key, 'tokens', 'since')
      x, y = b, now
      if stored[1] then
        x, y = tonumber(stored[1]), tonumber(stored[2])
        back = y > now
        if back then y = now end
        local steps = floor((now - y) / a)
        x, y = min(b, x + steps * c), y + steps * a
        if x >= b then y = now end
        -- Settings that allow less debt than those that made it.
        if x < -d then x, back = -d, true end
      end
      free = x
      if cost > b then
        retry = -1
      elseif cost > x then
        retry = max(0, ceil((cost - x) / c) * a - (now - y))
      end

    -- Generic cell rate algorithm. Holds the time at which all that was taken will have drained, one unit per interval a. That time
    -- may lie a * b ahead (b: burst), with reservations c more. Half a microsecond is below the clock's grain and above rounding.
    -- x: that time.
    elseif kind == 'gcra' then
      local span = a * b
      local furthest = now + span + ARGV[first + 3]
      x = tonumber(call('GET', key) or now)
      if x > furthest + 1 then x, back = furthest, true end
      if x < now then x = now end
      free = floor((span - (x - now) + 0.5) / a)
      retry = cost > b and -1 or max(0, ceil(x + a * cost - span - now - 0.5))

    -- Fixed window: at most b in each window of length a, aligned to 2020-01-01T00:00Z. x: count, y: window.
    elseif kind == 'fixed' then
      y = floor(now / a)
      local stored = call('HMGET', key, 'window', 'count')
      if stored[1] then
        local at = tonumber(stored[1])
        if at >= y then x = tonumber(stored[2]) end
        back = at > y
      end
      free = b - x
      if cost > b then
        retry = -1
      elseif cost > free then
        retry = (y + 1) * a - now
      end

    -- Sliding window counter: of the previous window of length a, counts the share that the sliding one still covers. At most b.
    -- x: count of the current window, y: of the previous one.
    elseif kind == 'counter' then
      local window = floor(now / a)
      local elapsed = now - window * a
      local stored = call('HMGET', key, 'window', 'current', 'previous')
      if stored[1] then
        local at = tonumber(stored[1])
        if at >= window then
          x, y = tonumber(stored[2]), tonumber(stored[3])
          back = at > window
        elseif at == window - 1 then
          y = tonumber(stored[2])
        end
      end
      local used = x + y * (a - elapsed) / a
      free = floor(b - used)
      if cost > b then
        retry = -1
      elseif used + cost > b then
        if x + cost <= b then
          retry = max(1, ceil(a - a * (b - x - cost) / y - elapsed))
        else
          retry = a - elapsed + max(0, ceil(a - a * (b - cost) / x))
        end
      end


    -- Sliding log: a sorted set of what was taken within the last a, by time, at most b. Members are token:now:cost; the one called
    -- "total" has the negative sum as its score, so that it comes first. x: the sum.
    elseif kind == 'log' then
      add(key, now, call('ZRANGEBYSCORE', key, string.format('(%.17g', now), '+inf'))
      local expired = call('ZRANGEBYSCORE', key, '(0', now - a)
      if #expired > 0 then
        local sum = 0
        for _, member in ipairs(expired) do sum = sum + string.match(member, ':(%d+)$') end
        call('ZREMRANGEBYSCORE', key, '(0', now - a)
        call('ZINCRBY', key, sum, 'total')
      end
      x = -(call('ZSCORE', key, 'total') or 0)
      if x == 0 then call('DEL', key) end
      free = b - x
      if cost > b then
        retry = -1
      elseif cost > free then
        local freed, rank, some = 0, 1, 1
        while retry == 0 do
          local entries = call('ZRANGE', key, rank, rank + some - 1, 'WITHSCORES')
          for i = 1, 2 * some, 2 do
            freed = freed + string.match(entries[i], ':(%d+)$')
            if x - freed + cost <= b then
              retry = entries[i + 1] + a - now
              break
            end
          end
          rank, some = rank + some, min(4 * some, 1000)
        end
      end

    -- Concurrency: a sorted set of the permits that are out, token:now:number by the end of their lease a; at most b. x: how many.
    else
      add(key, now + a, call('ZRANGEBYSCORE', key, string.format('(%.17g', now + a), '+inf'))
      call('ZREMRANGEBYSCORE', key, '-inf', now)
      x = call('ZCARD', key)
      free = b - x
      if cost > b then
        retry = -1
      elseif cost > free then
        local rank = cost - free - 1
        retry = call('ZRANGE', key, rank, rank, 'WITHSCORES')[2] - now
      end
    end

    found[i] = {retry, x, y, back, a, b, c}
    fits = min(fits, floor(free))
    if retry < 0 then never = true else wait = max(wait, retry) end
  end
  -- As much as fits of the most; but what remains may have been rounded up.
  local settled = true
  if wait == 0 and not never then
    if fits > cost then least, cost, settled = cost, fits, false end
  elseif least and cost > least then
    cost, settled = least, false
  end
until settled
local granted = not never and (wait == 0 or wait <= tonumber(ARGV[4]))
local takes = ARGV[1] == 'take'
local taken = granted and takes and cost > 0

-- Takes the cost, or keeps what was pulled back.
local reply = {granted and cost or 0, now, granted and wait or 0, 0, 0, 0}
for i = 1, limits do
  local kind, key = ARGV[5 * i + 2], KEYS[i]
  local retry, x, y, back, a, b, c = unpack(found[i])
  local puts = taken or back and takes
  local remaining, reset, life = 0, 0, nil
  if kind == 'bucket' then
    if taken then x = x - cost end
    remaining = max(0, x)
    if x < b then reset = max(0, ceil((b - x) / c) * a - (now - y)) end
    if puts then
      call('HSET', key, 'tokens', x, 'since', y)
      life = reset
    end
  elseif kind == 'gcra' then
    if taken then x = x + a * cost end
    remaining, reset = max(0, floor((a * b - (x - now) + 0.5) / a)), ceil(x - now)
    if puts then call('SET', key, x, 'PXAT', 1577836800000 + ceil(x / 1000) + 1) end
  elseif kind == 'fixed' then
    if taken then x = x + cost end
    remaining = max(0, b - x)
    local left = (y + 1) * a - now
    if x > 0 then reset = left end
    if puts then
      call('HSET', key, 'window', y, 'count', x)
      life = left
    end
  elseif kind == 'counter' then
    if taken then x = x + cost end
    local window = floor(now / a)
    local elapsed = now - window * a
    remaining = max(0, floor(b - (x + y * (a - elapsed) / a)))
    if x > 0 then reset = 2 * a - elapsed elseif y > 0 then reset = a - elapsed end
    if puts then
      call('HSET', key, 'window', window, 'current', x, 'previous', y)
      life = 2 * a - elapsed
    end
  elseif taken then
    remaining, reset, life = b - x - cost, a, a
    local request = ARGV[3] .. ':' .. string.format('%.17g', now) .. ':'
    if kind == 'log' then
      -- What comes again in the microsecond of its entry is the same request, as for permits: it is charged once.
      if call('ZADD', key, now, request .. string.format('%.17g', cost)) == 1 then call('ZINCRBY', key, -cost, 'total') end
    else
      local permits = {}
      for number = 1, cost do permits[number] = request .. number end
      add(key, now + a, permits)
    end
  else
    remaining = max(0, b - x)
    if x > 0 then
      reset = call('ZRANGE', key, -1, -1, 'WITHSCORES')[2] - now
      if kind == 'log' then reset = reset + a end
    end
  end
  -- The end in Unix time, and not a time to live: that would count from the start of the script, and the clock was read later, by as much
  -- as the process was stopped in between. A millisecond more, as the server may end keys by a clock that is as much ahead.
  if life then call('PEXPIREAT', key, 1577836800000 + ceil((now + life) / 1000) + 1) end
  local at = 3 * i
  reply[at + 1], reply[at + 2], reply[at + 3] = remaining, retry, reset
end
if remembers and taken then
  local numbers = {}
  for i = 1, #reply do numbers[i] = string.format('%.17g', reply[i]) end
  call('SET', KEYS[limits + 1], table.concat(numbers, ','), 'PX', ARGV[5])
end
return reply
