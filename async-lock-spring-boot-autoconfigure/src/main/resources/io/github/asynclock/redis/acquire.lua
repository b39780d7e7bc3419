-- Asks for keys, all or none: docs/protocol.md, "acquire".
-- KEYS: owner, queue, mark, fence; for each key
-- ARGV: inst, ctr, lease, stale, channel, wait (0: no; 1: until it is woken up; 2: until it is woken up or the key
-- is passed to it), and the name of the key in hints
local inst, ctr = ARGV[1], tonumber(ARGV[2])
local lease, stale, channel = ARGV[3], tonumber(ARGV[4]), ARGV[5]
local own = 'h:' .. inst .. ':' .. ARGV[2] .. ':'

-- What most calls find: one key that nobody has and nobody waits for.
local nothing = false
local owners, fences = {}, {}
for i = 1, #KEYS, 4 do
  local owner, mark, fence = unpack(redis.call('MGET', KEYS[i], KEYS[i + 2], KEYS[i + 3]))
  nothing = #KEYS == 4 and not owner and not mark
      and redis.call('EXISTS', KEYS[1], KEYS[2], KEYS[3], KEYS[4]) == (fence and 1 or 0)
  if not nothing then
    -- MGET takes a key of another type for none: GET tells them apart, with an error.
    mark = mark or redis.call('GET', KEYS[i + 2])
    if mark and tonumber(mark) >= ctr then
      return { -1 }
    end
    owner = owner or redis.call('GET', KEYS[i])
    fence = fence or redis.call('GET', KEYS[i + 3])
  end
  owners[i] = owner
  local last = tonumber(fence or 0)
  fences[i] = last
  -- From 2^53 on, numbers have gaps.
  if not last or last < 0 or last >= 9007199254740991 or last % 1 ~= 0 then
    return redis.error_reply('ASYNCLOCK ' .. KEYS[i + 3] .. ' holds something that is not a counter of async-lock')
  end
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local micros = time[1] * 1000000 + time[2]

if nothing then
  local epoch = string.format('%.0f', math.max(fences[1] + 1, micros))
  redis.call('SET', KEYS[4], epoch)
  redis.call('SET', KEYS[1], own .. epoch .. ':' .. lease, 'PX', lease)
  return { 1, epoch, tonumber(lease) }
end

-- Who waits, without those in front that have died; and whether there were any.
local function in_line(queue)
  local entries, removed = redis.call('LRANGE', queue, 0, -1), false
  while entries[1] do
    local who, its_ctr, its_lease, till, its_stale = string.match(entries[1], '^(%w+):(%d+):(%d+):(%d+):(%d+)$')
    if who == inst then
      break
    end
    if till and tonumber(till) > now + tonumber(its_stale) then
      -- Written without a look at the clock, or before that was set back: counts from now.
      till = string.format('%.0f', now + its_stale)
      entries[1] = table.concat({ who, its_ctr, its_lease, till, its_stale }, ':')
      redis.call('LSET', queue, 0, entries[1])
    end
    if till and tonumber(till) >= now then
      break
    end
    redis.call('LPOP', queue)
    table.remove(entries, 1)
    removed = true
  end
  return entries, removed
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

local granted, lines, heads = {}, {}, {}
local busy, left = false, 0
for i = 1, #KEYS, 4 do
  local owner = owners[i]
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
    local entries, removed = in_line(KEYS[i + 1])
    local head = entries[1] and string.match(entries[1], '^(%w+):')
    lines[i], heads[i] = entries, head
    if owner or (head and head ~= inst) then
      busy = true
      if removed and not owner then
        redis.pcall('PUBLISH', channel .. head, ARGV[6 + (i + 3) / 4])
      end
    end
  end
end

if busy then
  local turn = 0
  if ARGV[6] ~= '0' then
    local queue, entries = KEYS[2], lines[1]
    local place, latest
    for i, entry in ipairs(entries) do
      local its_ctr = string.match(entry, '^' .. inst .. ':(%d+):')
      if its_ctr then
        place, latest = i, tonumber(its_ctr)
        break
      end
    end
    local entry = string.format('%s:%.0f:%s:%.0f:%d', inst, math.max(ctr, latest or 0),
        ARGV[6] == '2' and lease or '0', now + stale, stale)
    if place then
      redis.call('LSET', queue, place - 1, entry)
    else
      redis.call('RPUSH', queue, entry)
    end
    redis.call('PEXPIRE', queue, 2 * stale)
    if not heads[1] or heads[1] == inst then
      turn = 1
    end
  end
  -- Whatever is passed to this instance from now on has a later epoch.
  local last = string.match(owners[1] or '', ':(%d+):%d+$') or string.format('%.0f', fences[1])
  return { 0, left, turn, last }
end

local reply = { 1 }
local fenced = {}
for i = 1, #KEYS, 4 do
  local epoch, its_lease
  if granted[i] then
    epoch, its_lease = string.match(granted[i], ':(%d+):(%d+)$')
    if redis.call('PTTL', KEYS[i]) < tonumber(its_lease) then
      redis.call('PEXPIRE', KEYS[i], its_lease)
    end
  else
    local fence = KEYS[i + 3]
    local highest = math.max(fences[i], fenced[fence] or 0)
    local number = math.max(highest + 1, micros)
    fenced[fence] = number
    epoch, its_lease = string.format('%.0f', number), lease
    redis.call('SET', fence, epoch)
    redis.call('SET', KEYS[i], own .. epoch .. ':' .. lease, 'PX', lease)
    if heads[i] == inst then
      redis.call('LPOP', KEYS[i + 1])
    end
  end
  reply[#reply + 1] = epoch
  reply[#reply + 1] = tonumber(its_lease)
end
return reply
