-- How the scripts of an exchange end: wakes other workers if something became ready that is left, and answers. Who is not
-- permitted to publish wakes nobody.

local wait = -1
if more then
  wait = 0
  if moved > 0 then redis.pcall('PUBLISH', ARGV[3], 'ready') end
else
  for _, key in ipairs({KEYS[2], KEYS[3]}) do
    local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
    if first then
      local millis = math.max(0, math.ceil((tonumber(first) - now) / 1000))
      if wait < 0 or millis < wait then wait = millis end
    end
  end
end
return {wait, settled, deliveries}
