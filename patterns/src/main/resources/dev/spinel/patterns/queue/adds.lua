-- How scripts begin that add messages: gives ids, and keeps what is to be written, which end_adds writes all at once.
--
-- KEYS[6] as in ready-sorted-sets.lua or ready-stream.lua, which follows, and has end_adds.
--
-- Nothing takes back what a script wrote before a write that is refused. So all that is new is written before anything old is
-- forgotten, and where messages are before what they hold: a key of another type there is found before anything is written, that of one
-- message as it comes first, and those of several as they are looked at.

local function exact(number) return string.format('%.0f', number) end

local last_id, more_ids = nil, 0
local function next_id()
  if last_id then
    last_id, more_ids = last_id + 1, more_ids + 1
  else
    last_id = redis.call('INCR', KEYS[6])
  end
  return exact(last_id)
end

-- Messages and bodies, messages and metas, times and delayed messages, and what is ready, as what follows writes it.
local bodies, metas, delayed, ready = {}, {}, {}, {}
local end_adds
local function keep(id, priority, limit, enqueued, group, body)
  if #bodies >= 2000 then
    end_adds()
    more_ids, bodies, metas, delayed, ready = 0, {}, {}, {}, {}
  end
  local n = #bodies
  bodies[n + 1], bodies[n + 2] = id, body
  metas[n + 1], metas[n + 2] = id, priority .. ':0:0:' .. limit .. ':' .. enqueued .. ':' .. group
end

