-- Adds messages. Begins with adds.lua, then ready-sorted-sets.lua or ready-stream.lua.
--
-- KEYS     of the queue, as there; then the message that came with an idempotency key before, for each message that has one, in order
-- ARGV[1]  as there
-- ARGV[2]  how many messages may wait or be worked on; 0: any number
-- ARGV[3]  how often a message is delivered at most
-- ARGV[4]  channel for those who wait for messages
-- ARGV[5]  for how many milliseconds idempotency keys are kept
-- then five for each message: body, priority, delay in milliseconds, 1 if it has an idempotency key, group or nothing
--
-- Answers for each message 1 if it is new, 0 if its key was there, -1 if the queue is full; and its id, 0 if it has none. What somebody
-- else left under a key, which is no id, counts as nothing.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local most = tonumber(ARGV[2])
local room = most > 0 and most - size() or math.huge

local enqueued = exact(now)
local reply, added, key = {}, 0, QUEUE_KEYS
local ids_of_keys, new_keys
for at = 6, #ARGV, 5 do
  local known
  if ARGV[at + 3] == '1' then
    key = key + 1
    if not ids_of_keys then ids_of_keys, new_keys = {}, {} end
    known = ids_of_keys[KEYS[key]] or redis.call('GET', KEYS[key])
    if known and (#known > 15 or not string.find(known, '^[1-9]%d*$')) then known = nil end
  end
  local state, id = 1, 0
  if known then
    state, id = 0, tonumber(known)
  elseif added >= room then
    state = -1
  else
    id = next_id()
    added = added + 1
    local body, priority, delay, group = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 4]
    if delay > 0 then
      keep(id, priority, ARGV[3], enqueued, group, body)
      delayed[#delayed + 1] = exact(now + delay * 1000)
      delayed[#delayed + 1] = id
    else
      add(id, priority, ARGV[3], enqueued, group, body)
    end
    if ARGV[at + 3] == '1' then
      ids_of_keys[KEYS[key]] = id
      new_keys[#new_keys + 1] = KEYS[key]
    end
  end
  reply[#reply + 1] = state
  reply[#reply + 1] = tonumber(id)
end
end_adds()
for _, name in ipairs(new_keys or {}) do redis.call('SET', name, ids_of_keys[name], 'PX', ARGV[5]) end
if added > 0 then redis.pcall('PUBLISH', ARGV[4], 'enqueued') end
return reply
