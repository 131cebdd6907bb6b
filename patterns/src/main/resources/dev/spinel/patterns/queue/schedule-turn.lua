-- Enqueues the messages of schedules that are due, as their plans say, and tells which schedules are due next.
--
-- Begins with adds.lua, then ready-sorted-sets.lua or ready-stream.lua.
--
-- KEYS     of the queue, as there; then
--          hash of schedules, as in schedule-put.lua
--          hash of schedules to the bodies of their messages
--          fires: schedules that are not paused by when they are due, in microseconds since 2020; new ones by since when
-- ARGV[1]  as there
-- ARGV[2]  how many messages may wait or be worked on; 0: any number
-- ARGV[3]  how often a message is delivered at most
-- ARGV[4]  channel for those who wait for messages
-- ARGV[5]  how many schedules to tell
-- then for each plan: schedule, its token, when it is due, until when the plan holds, when it is due afterwards, how many times are
-- to have a message, and these, in order; all in microseconds since 2020
--
-- Answers {now, done, next}. done: for each plan 1 if it was carried out, and 1 more for each time without a message, as there was room for
-- later ones only; 0 if the schedule is not what it was, or not due yet, or the plan does not hold any more; -1 if the queue is full.
-- next: for each schedule id, its lines, none if something of it is missing or no time, and when it is due.
--
-- A time gets its message together with the next one taking its place in fires, and no plan is carried out but for the time that is
-- there: so there is one message for each, whoever plans and however often. A user who may not publish has his messages all the same.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local schedules, templates, fires = KEYS[QUEUE_KEYS + 1], KEYS[QUEUE_KEYS + 2], KEYS[QUEUE_KEYS + 3]
local most, added = tonumber(ARGV[2]), 0
local room = most > 0 and most - size() or math.huge

-- The schedules that are carried out, and the commands that tell so, for when their messages are there.
local carried, afterwards = {}, {}

local function carry_out(id, token, due, till, next_due, count, first)
  local known_token, state, misfire, when, priority, group = string.match(
    redis.call('HGET', schedules, id) or '', '^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*\n[^\n]*)\n([^\n]*)\n(.*)$')
  local score = redis.call('ZSCORE', fires, id)
  if carried[id] or known_token ~= token or not score or tonumber(score) ~= tonumber(due) or now > tonumber(till) then return 0 end
  if count > 0 and tonumber(ARGV[first + count - 1]) > now then return 0 end
  local body = redis.call('HGET', templates, id)
  if not body then return 0 end
  local left_out = math.max(0, count - (room - added))
  if count > 0 and left_out >= count then return -1 end
  for at = first + left_out, first + count - 1 do
    add(next_id(), priority, ARGV[3], ARGV[at], group, body)
    added = added + 1
  end
  carried[id] = true
  afterwards[#afterwards + 1] = {'ZADD', fires, next_due, id}
  if state == 'new' then
    local lines = table.concat({token, 'set', misfire, when, priority, group}, '\n')
    afterwards[#afterwards + 1] = {'HSET', schedules, id, lines}
  end
  return 1 + left_out
end

local done, at = {}, 6
while at <= #ARGV do
  local count = tonumber(ARGV[at + 5])
  done[#done + 1] = carry_out(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], count, at + 6)
  at = at + 6 + count
end
end_adds()
for _, command in ipairs(afterwards) do redis.call(unpack(command)) end
if added > 0 then redis.pcall('PUBLISH', ARGV[4], 'enqueued') end

local reply = {}
local first = redis.call('ZRANGE', fires, 0, ARGV[5] - 1, 'WITHSCORES')
for i = 1, #first, 2 do
  local id, due = first[i], tonumber(first[i + 1])
  local whole = due % 1 == 0 and due < 9007199254740992 and redis.call('HEXISTS', templates, id) == 1
  reply[#reply + 1] = id
  reply[#reply + 1] = whole and redis.call('HGET', schedules, id) or ''
  reply[#reply + 1] = whole and due or 0
end
return {now, done, reply}
