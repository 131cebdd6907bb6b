-- Unites boards into one, in place of what it was before, which may be one of them. All are read before anything is written.
--
-- KEYS  after those of the boards, how many members there were after this merge, if it was done before
-- ARGV  after the boards, of which the first is the united one: sum | best; how many entries there may be on the others together; for
--       how many milliseconds it is remembered
--
-- Answers {time, members of the united board}.

local target, rule, limit = boards[1], ARGV[argument], tonumber(ARGV[argument + 1])
local done = redis.call('GET', KEYS[#KEYS])
if done then return {now, tonumber(done)} end
local total = 0
for i = 2, #boards do total = total + redis.call('ZCARD', boards[i].board) end
if total > limit then
  return redis.error_reply('ERR ' .. exact(total) .. ' entries are more than the ' .. exact(limit) .. ' that are merged in one step')
end

-- A sum is reached when the last of its parts is; otherwise the best code counts.
local function after(one, other)
  if ties == 'earlier' then return one > other end
  return one < other
end

local members, scores, codes, texts = {}, {}, {}, {}
for i = 2, #boards do
  local b, beside = boards[i], {}
  local data = redis.call('HGETALL', b.data)
  for j = 1, #data, 2 do beside[data[j]] = data[j + 1] end
  local entries = redis.call('ZRANGE', b.board, 0, -1, 'WITHSCORES')
  for j = 1, #entries, 2 do
    local code, member = split(entries[j])
    local score, before = tonumber(entries[j + 1]), scores[member]
    if not before then
      members[#members + 1] = member
      scores[member], codes[member], texts[member] = score, code, beside[member]
    elseif rule == 'sum' then
      scores[member], texts[member] = before + score, beside[member] or texts[member]
      if after(code, codes[member]) then codes[member] = code end
    elseif score < before or score == before and code < codes[member] then
      scores[member], codes[member], texts[member] = score, code, beside[member]
    end
  end
end
for _, score in pairs(scores) do
  if not finite(score) then return redis.error_reply('ERR the score would not be a finite number') end
end

-- Writes pairs, as many at once as a call takes well.
local function writer(command, name)
  local batch = {}
  local function flush()
    if #batch > 0 then redis.call(command, name, unpack(batch)) end
    batch = {}
  end
  return function(one, other)
    batch[#batch + 1], batch[#batch + 2] = one, other
    if #batch == 1000 then flush() end
  end, flush
end

redis.call('DEL', target.board, target.entries, target.scores, target.counts, target.data, target.origin)
local add, added = writer('ZADD', target.board)
local enter, entered = writer('HSET', target.entries)
local describe, described = writer('HSET', target.data)
local counts = {}
for _, member in ipairs(members) do
  local text, entry = exact(scores[member]), codes[member] .. member
  add(text, entry)
  if ties ~= 'member' then enter(member, entry) end
  if texts[member] then describe(member, texts[member]) end
  counts[text] = (counts[text] or 0) + 1
end
added()
entered()
described()
if ranks == 'dense' then
  local rise, risen = writer('ZADD', target.scores)
  local tally, tallied = writer('HSET', target.counts)
  for text, number in pairs(counts) do
    rise(text, text)
    tally(text, exact(number))
  end
  risen()
  tallied()
end
expire(target)
redis.call('SET', KEYS[#KEYS], #members, 'PX', ARGV[argument + 2])
return {now, #members}
