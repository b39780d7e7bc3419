-- Ends a rest, if the key still rests as it was seen to, and wakes the first that waits: docs/protocol.md, "By force".
-- KEYS: owner, queue
-- ARGV: what the owner was, channel, the name of the key in hints
-- Returns 1 if it was freed, else 0.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return { 0 }
end
if not string.match(ARGV[1], '^r:%d+$') then
  return redis.error_reply('ASYNCLOCK ' .. KEYS[1] .. ' holds something that is not a lock of async-lock; look at it, '
      .. 'and delete it yourself')
end
redis.call('DEL', KEYS[1])
local head = redis.call('LINDEX', KEYS[2], 0)
if head then
  redis.pcall('PUBLISH', ARGV[2] .. string.match(head, '^[^:]*'), ARGV[3])
end
return { 1 }
