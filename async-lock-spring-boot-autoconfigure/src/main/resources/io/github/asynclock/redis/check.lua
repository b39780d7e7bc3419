-- Tries what the other scripts do, and says what this user may not.
-- KEYS: a key that is used for nothing else; ARGV: a channel that nobody listens to
local refused = {}
local function try(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then
    refused[#refused + 1] = (...) .. ' ' .. reply.err
  end
end
local key = KEYS[1]
try('TIME')
try('SET', key, '1', 'PX', 1000)
try('GET', key)
try('MGET', key)
try('EXISTS', key)
try('PTTL', key)
try('PEXPIRE', key, 1000)
try('DEL', key)
try('RPUSH', key, 'x', 'x', 'x')
try('LPUSH', key, 'x')
try('LRANGE', key, 0, -1)
try('LINDEX', key, 0)
try('LSET', key, 0, 'x')
try('LREM', key, 1, 'x')
try('LPOP', key)
try('DEL', key)
try('PUBLISH', ARGV[1], 'x')
try('PUBSUB', 'NUMSUB', ARGV[1])
return refused
