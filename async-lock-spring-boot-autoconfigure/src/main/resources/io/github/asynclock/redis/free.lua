-- Frees a key that rests, if it still does as it was seen to, and wakes the first that waits.
-- KEYS: owner, queue
-- ARGV: what the owner was, channel, the name of the key in hints
-- Returns 1 if it was freed, else 0.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return { 0 }
end
redis.call('DEL', KEYS[1])
local head = redis.call('LINDEX', KEYS[2], 0)
if head then
  redis.pcall('PUBLISH', ARGV[2] .. string.match(head, '^[^:]*'), ARGV[3])
end
return { 1 }
