-- Ends an attempt and whatever it was granted: docs/protocol.md, "close".
-- KEYS: owner, queue, alive, mark
-- ARGV: inst, ctr, rest (ms, 0 for none), how long to keep the mark (ms, 0 for no mark), channel,
-- the name of the key in hints
-- Returns whether the attempt held the key.
local inst, ctr, rest, mark = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local own = 'h:' .. inst .. ':' .. ARGV[2] .. ':'
local failure
local held = 0

local owner = redis.call('GET', KEYS[1])
if owner and string.sub(owner, 1, #own) == own then
  held = 1
  if rest > 0 then
    -- Where memory is full it cannot be rewritten, but rest all the same.
    local set = redis.pcall('SET', KEYS[1], 'r:' .. ARGV[3], 'PX', rest)
    if type(set) == 'table' and set.err then
      redis.call('PEXPIRE', KEYS[1], rest)
    end
  else
    redis.call('DEL', KEYS[1])
    owner = false
  end
end

-- Where nobody waits there is nothing to take out and nobody to tell.
local head = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
if head then
  local entry = redis.call('HGET', KEYS[3], inst)
  if entry and tonumber(string.match(entry, '^%d+')) <= ctr then
    redis.call('ZREM', KEYS[2], inst)
    redis.call('HDEL', KEYS[3], inst)
    if head == inst then
      head = redis.call('ZRANGE', KEYS[2], 0, 0)[1]
    end
  end
end

if mark > 0 then
  local highest = math.max(ctr, tonumber(redis.call('GET', KEYS[4]) or 0))
  local set = redis.pcall('SET', KEYS[4], string.format('%.0f', highest), 'PX', mark)
  if type(set) == 'table' and set.err then
    failure = set
  end
end

if head and not owner then
  redis.pcall('PUBLISH', ARGV[5] .. head, ARGV[6])
end
return failure or held
