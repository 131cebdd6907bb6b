-- Stands before every other script: finds the boards that it works on, and what all of them do with a board.
--
-- A board is six keys:
--   board    sorted set of entries, best first: a score where high is best is kept negated. An entry is its code and the member;
--            members with the same score are in the order of their codes. A code is nothing, or sixteen digits: the time at which
--            the score was reached, or the sub-score, as hexadecimal digits that are low for the best
--   entries  hash of members to their entries, if those have codes
--   scores   sorted set of the distinct scores, by themselves, if ranks are dense
--   counts   hash of the distinct scores to how many have them, likewise
--   data     hash of members to the text beside them
--   origin   the time from which scores fade, if they do: p points at time t are kept as the logarithm of what they would have
--            been worth at the origin, log2(p) + (t - origin) / half. While all of them fade, no logarithm changes, nor does
--            their order, and no number grows out of bounds however many half-lives pass
--
-- KEYS     six for each candidate, in this order; then those that the script says
-- ARGV[1]  ordinal | competition | dense
-- ARGV[2]  member | earlier | later | sub: who is first of those with the same score, by code
-- ARGV[3]  the half-life of scores in milliseconds; 0: they do not fade
-- ARGV[4]  the number of boards; for each of them
--            1 if there has to be one, 0 if it is left out when the time is not its own
--            for how many milliseconds its keys are kept; 0: for ever
--            the number of candidates, for each of them from when and until when it is the board, in milliseconds of the server's
--            clock
--          then those that the script says
--
-- Every answer begins with the server's time in milliseconds, and is nothing more if none of the candidates is the board of this
-- time: the client comes again.

local ranks, ties, half = ARGV[1], ARGV[2], tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local boundless = 9000000000000000

local boards, argument, key = {}, 5, 1
for i = 1, tonumber(ARGV[4]) do
  boards[i] = false
  for candidate = 1, tonumber(ARGV[argument + 2]) do
    local from, to = tonumber(ARGV[argument + 1 + 2 * candidate]), tonumber(ARGV[argument + 2 + 2 * candidate])
    if from <= now and now < to then
      boards[i] = {board = KEYS[key], entries = KEYS[key + 1], scores = KEYS[key + 2], counts = KEYS[key + 3],
        data = KEYS[key + 4], origin = KEYS[key + 5], keep = tonumber(ARGV[argument + 1]), ends = to}
    end
    key = key + 6
  end
  if not boards[i] and ARGV[argument] == '1' then return {now} end
  argument = argument + 3 + 2 * tonumber(ARGV[argument + 2])
end

-- Zero has two signs, which compare as equal but read differently.
local function exact(number) return number == 0 and '0' or string.format('%.17g', number) end

local function finite(number) return number == number and number ~= math.huge and number ~= -math.huge end

-- What a board has lost if one of its keys was deleted or evicted, as the text of an error, since nothing that it answered would be right.
-- Learns its size and its origin. A board without its entries is an empty one, whatever is left beside it.
local function damage(b)
  b.size = redis.call('ZCARD', b.board)
  local lost
  if ties ~= 'member' and redis.call('HLEN', b.entries) ~= b.size then lost = b.entries end
  if ranks == 'dense' then
    local distinct = redis.call('ZCARD', b.scores)
    if distinct ~= redis.call('HLEN', b.counts) or distinct > b.size or (distinct == 0) ~= (b.size == 0) then lost = b.scores end
  end
  if half > 0 then
    b.began = redis.call('GET', b.origin)
    if not b.began then lost = b.origin end
  end
  if lost and b.size > 0 then
    return 'ERR ' .. b.board .. ' is not whole, as ' .. lost .. ' was deleted or evicted: delete the board' ..
      (half > 0 and '' or ', or merge it into another one')
  end
end

-- How many half-lives the board is old.
local function age(b)
  if not b.age then b.age = b.size > 0 and (now - b.began) / half or 0 end
  return b.age
end

-- What is kept of a score in the sense of the board.
local function kept(b, score)
  if half == 0 then return score end
  return -(math.log(-score) / math.log(2) + age(b))
end

-- The score in the sense of the board, of what is kept.
local function worth(b, score)
  if half == 0 then return score end
  return -(2 ^ (-score - age(b)))
end

local function told(b, score) return exact(worth(b, score)) end

-- The sum of two scores, all as they are kept.
local function sum(one, other)
  if half == 0 then return one + other end
  local high, low = -math.min(one, other), -math.max(one, other)
  return -(high + math.log(1 + 2 ^ (low - high)) / math.log(2))
end

-- The entry of a member, and its score as it is kept; nil if it is not there.
local function find(b, member)
  local entry = member
  if ties ~= 'member' then entry = redis.call('HGET', b.entries, member) end
  local score = entry and redis.call('ZSCORE', b.board, entry)
  if score then return entry, tonumber(score) end
end

-- The code and the member of an entry.
local function split(entry)
  if ties == 'member' then return '', entry end
  return string.sub(entry, 1, 16), string.sub(entry, 17)
end

local function rank(b, score, position)
  if ranks == 'competition' then return redis.call('ZCOUNT', b.board, '-inf', '(' .. exact(score)) + 1 end
  if ranks == 'dense' then return redis.call('ZRANK', b.scores, exact(score)) + 1 end
  return position
end

-- Whether a text comes before another by its bytes, as in a sorted set; Lua's own comparison goes by the locale of the server.
local function precedes(one, other)
  for i = 1, math.min(#one, #other) do
    local a, b = string.byte(one, i), string.byte(other, i)
    if a ~= b then return a < b end
  end
  return #one < #other
end

-- How many are ahead of where an entry with this score is or would be: those with better scores, and all that stand before it.
local function ahead(b, score, entry)
  local better = redis.call('ZCOUNT', b.board, '-inf', '(' .. exact(score))
  local first, after = better, better + redis.call('ZCOUNT', b.board, exact(score), exact(score))
  while first < after do
    local middle = math.floor((first + after) / 2)
    if precedes(redis.call('ZRANGE', b.board, exact(middle), exact(middle))[1], entry) then
      first = middle + 1
    else
      after = middle
    end
  end
  return better, first
end

-- One member more, or less, has this score.
local function count(b, score, by)
  if ranks ~= 'dense' then return end
  local text = exact(score)
  local number = redis.call('HINCRBY', b.counts, text, by)
  if number == 0 then
    redis.call('HDEL', b.counts, text)
    redis.call('ZREM', b.scores, text)
  elseif number == by then
    redis.call('ZADD', b.scores, text, text)
  end
end

-- Lets the keys go in time: those of a window so long after its end, others so long after now.
local function expire(b)
  if b.keep == 0 then return end
  local at = (b.ends < boundless and b.ends or now) + b.keep
  for _, name in ipairs({b.board, b.entries, b.scores, b.counts, b.data, b.origin}) do redis.call('PEXPIREAT', name, at) end
end
