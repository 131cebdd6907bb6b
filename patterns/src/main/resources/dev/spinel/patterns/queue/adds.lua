-- How scripts begin that add messages: gives ids, and keeps what is to be written, which end_adds writes all at once.
--
-- KEYS[1], [2], [4], [5], [6] as in ready-sorted-sets.lua or ready-stream.lua, which follows.

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

-- Messages and bodies, messages and metas, scores and ready messages, times and delayed messages.
local bodies, metas, ready, delayed = {}, {}, {}, {}
local function end_adds()
  if more_ids > 0 then redis.call('INCRBY', KEYS[6], more_ids) end
  if #bodies > 0 then redis.call('HSET', KEYS[4], unpack(bodies)) end
  if #metas > 0 then redis.call('HSET', KEYS[5], unpack(metas)) end
  if #ready > 0 then redis.call('ZADD', KEYS[1], unpack(ready)) end
  if #delayed > 0 then redis.call('ZADD', KEYS[2], unpack(delayed)) end
end
local function keep(id, priority, limit, enqueued, group, body)
  if #bodies >= 2000 then
    end_adds()
    more_ids, bodies, metas, ready, delayed = 0, {}, {}, {}, {}
  end
  local n = #bodies
  bodies[n + 1], bodies[n + 2] = id, body
  metas[n + 1], metas[n + 2] = id, priority .. ':0:0:' .. limit .. ':' .. enqueued .. ':' .. group
end

