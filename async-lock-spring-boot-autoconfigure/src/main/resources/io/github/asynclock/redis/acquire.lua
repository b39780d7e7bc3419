-- Asks for keys, all or none: docs/protocol.md, "acquire".
-- KEYS: owner, queue, alive, mark, fence; for each key
-- ARGV: inst, ctr, lease, stale, channel, enqueue (1 or 0), and the name of the key in hints
local inst, ctr = ARGV[1], tonumber(ARGV[2])
local lease, stale, channel = ARGV[3], tonumber(ARGV[4]), ARGV[5]
local own = 'h:' .. inst .. ':' .. ARGV[2] .. ':'

-- MGET takes a key of another type for none: GET tells them apart, with an error.
local owners, fences = {}, {}
for i = 1, #KEYS, 5 do
  local mark = redis.call('GET', KEYS[i + 3])
  if mark and tonumber(mark) >= ctr then
    return { -1 }
  end
  local owner, fence = unpack(redis.call('MGET', KEYS[i], KEYS[i + 4]))
  owners[i] = owner
  fences[i] = tonumber(fence or redis.call('GET', KEYS[i + 4]) or 0)
  local last = fences[i]
  -- From 2^53 on, numbers have gaps.
  if not last or last < 0 or last >= 9007199254740991 or last % 1 ~= 0 then
    return redis.error_reply('ASYNCLOCK ' .. KEYS[i + 4] .. ' holds something that is not a counter of async-lock')
  end
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local micros = time[1] * 1000000 + time[2]

-- What most calls find, by few commands: one key that nobody has and nobody waits for.
if #KEYS == 5 and not owners[1] and redis.call('EXISTS', KEYS[1], KEYS[2]) == 0 then
  local epoch = string.format('%.0f', math.max(fences[1] + 1, micros))
  redis.call('SET', KEYS[5], epoch)
  redis.call('SET', KEYS[1], own .. epoch .. ':' .. lease, 'PX', lease)
  return { 1, epoch, tonumber(lease) }
end

-- The instance whose turn it is; those that have died are taken out. And whether there were any.
local function next_in_line(queue, alive)
  local removed = false
  while true do
    local head = redis.call('ZRANGE', queue, 0, 0)[1]
    if not head or head == inst then
      return head, removed
    end
    local entry = redis.call('HGET', alive, head)
    local its_ctr, till, its_stale = string.match(entry or '', '^(%d+):(%d+):(%d+)$')
    if till and tonumber(till) > now + tonumber(its_stale) then
      -- Written before the clock was set back: counts from now.
      till = string.format('%.0f', now + its_stale)
      redis.call('HSET', alive, head, its_ctr .. ':' .. till .. ':' .. its_stale)
    end
    if till and tonumber(till) >= now then
      return head, removed
    end
    redis.call('ZREM', queue, head)
    redis.call('HDEL', alive, head)
    removed = true
  end
end

-- Milliseconds that an owner has left; no more than it was given, whatever the clock did.
-- Nothing if it is none of ours.
local function time_left(key, owner)
  local most = tonumber(string.match(owner, '^h:.*:(%d+)$') or string.match(owner, '^r:(%d+)$'))
  if not most then
    return nil
  end
  local left = redis.call('PTTL', key)
  if left < 0 or left > most then
    redis.call('PEXPIRE', key, most)
    left = most
  end
  return left
end

local granted, heads = {}, {}
local busy, left = false, 0
for i = 1, #KEYS, 5 do
  local owner = owners[i] or redis.call('GET', KEYS[i])
  if owner and string.sub(owner, 1, #own) == own then
    granted[i] = owner
  else
    if owner then
      local its_time = time_left(KEYS[i], owner)
      if not its_time then
        return redis.error_reply('ASYNCLOCK ' .. KEYS[i] .. ' holds something that is not a lock of async-lock')
      end
      left = math.max(left, its_time)
    end
    local head, removed = next_in_line(KEYS[i + 1], KEYS[i + 2])
    heads[i] = head
    if owner or (head and head ~= inst) then
      busy = true
      if removed and not owner then
        redis.pcall('PUBLISH', channel .. head, ARGV[6 + (i + 4) / 5])
      end
    end
  end
end

if busy then
  local turn = 0
  if ARGV[6] == '1' then
    local queue, alive = KEYS[2], KEYS[3]
    local last = redis.call('ZRANGE', queue, -1, -1, 'WITHSCORES')[2]
    redis.call('ZADD', queue, 'NX', (tonumber(last) or 0) + 1, inst)
    local entry = redis.call('HGET', alive, inst)
    local latest = math.max(ctr, tonumber(string.match(entry or '0', '^%d+')))
    redis.call('HSET', alive, inst, string.format('%.0f:%.0f:%d', latest, now + stale, stale))
    redis.call('PEXPIRE', queue, 2 * stale)
    redis.call('PEXPIRE', alive, 2 * stale)
    if not heads[1] or heads[1] == inst then
      turn = 1
    end
  end
  return { 0, left, turn }
end

local reply = { 1 }
local fenced = {}
for i = 1, #KEYS, 5 do
  local epoch, its_lease
  if granted[i] then
    epoch, its_lease = string.match(granted[i], ':(%d+):(%d+)$')
    if redis.call('PTTL', KEYS[i]) < tonumber(its_lease) then
      redis.call('PEXPIRE', KEYS[i], its_lease)
    end
  else
    local fence = KEYS[i + 4]
    local highest = math.max(fences[i], fenced[fence] or 0)
    local number = math.max(highest + 1, micros)
    fenced[fence] = number
    epoch, its_lease = string.format('%.0f', number), lease
    redis.call('SET', fence, epoch)
    redis.call('SET', KEYS[i], own .. epoch .. ':' .. lease, 'PX', lease)
    if heads[i] == inst then
      redis.call('ZREM', KEYS[i + 1], inst)
      redis.call('HDEL', KEYS[i + 2], inst)
    end
  end
  reply[#reply + 1] = epoch
  reply[#reply + 1] = tonumber(its_lease)
end
return reply
