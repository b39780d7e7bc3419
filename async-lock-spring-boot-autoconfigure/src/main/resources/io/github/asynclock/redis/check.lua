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
try('ZADD', key, 'NX', 1, 'x')
try('ZRANGE', key, 0, 0)
try('ZREM', key, 'x')
try('DEL', key)
try('HSET', key, 'x', '1')
try('HGET', key, 'x')
try('HDEL', key, 'x')
try('DEL', key)
try('PUBLISH', ARGV[1], 'x')
return refused
