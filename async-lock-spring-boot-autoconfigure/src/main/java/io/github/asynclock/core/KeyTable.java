package io.github.asynclock.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

import org.jspecify.annotations.Nullable;

/**
 * The last link of each key in use, and nothing for a key that nobody uses. A
 * {@code ConcurrentHashMap} would do, but takes half of the time of a call where nobody
 * waits: it makes a node per entry, locks a bucket to replace or remove, and counts.
 *
 * <p>
 * A bucket is null, a {@link Link}, or a {@code Link[]} of different keys that is never
 * changed: every change is one CAS of the bucket. A link is put in once and taken out
 * once, so a bucket that looks the same is the same.
 *
 * <p>
 * The number of buckets is fixed: it must suit how many keys are in use <em>at the same
 * time</em>, not how many there are. A million at once make 61 to a bucket; then taking
 * and releasing one costs about two microseconds.
 */
final class KeyTable {

	private final AtomicReferenceArray<@Nullable Object> buckets;

	/**
	 * @param size how many buckets, a power of two
	 */
	KeyTable(int size) {
		this.buckets = new AtomicReferenceArray<>(size);
	}

	private int index(String key) {
		int hash = key.hashCode();
		return (hash ^ (hash >>> 16)) & (this.buckets.length() - 1);
	}

	/**
	 * Puts a link in if its key has none.
	 */
	boolean putIfAbsent(Link link) {
		int i = index(link.key);
		while (true) {
			Object bucket = this.buckets.get(i);
			if (bucket == null) {
				if (this.buckets.compareAndSet(i, null, link)) {
					return true;
				}
			}
			else if (find(bucket, link.key) != null) {
				return false;
			}
			else if (this.buckets.compareAndSet(i, bucket, plus(bucket, link))) {
				return true;
			}
		}
	}

	/**
	 * Puts a link in, for good or in the place of its key's former one.
	 * @return the former one
	 */
	@Nullable Link put(Link link) {
		int i = index(link.key);
		while (true) {
			Object bucket = this.buckets.get(i);
			Link former = find(bucket, link.key);
			Object next = (bucket == former) ? link
					: (former == null) ? plus(bucket, link) : replaced((Link[]) bucket, former, link);
			if (this.buckets.compareAndSet(i, bucket, next)) {
				return former;
			}
		}
	}

	/**
	 * Takes a link out if it is still its key's.
	 */
	boolean remove(Link link) {
		int i = index(link.key);
		while (true) {
			Object bucket = this.buckets.get(i);
			if (bucket == link) {
				if (this.buckets.compareAndSet(i, link, null)) {
					return true;
				}
			}
			else if (bucket instanceof Link[] && find(bucket, link.key) == link) {
				if (this.buckets.compareAndSet(i, bucket, minus((Link[]) bucket, link))) {
					return true;
				}
			}
			else {
				return false;
			}
		}
	}

	@Nullable Link get(String key) {
		return find(this.buckets.get(index(key)), key);
	}

	boolean containsKey(String key) {
		return find(this.buckets.get(index(key)), key) != null;
	}

	/**
	 * All links, each as it was when its bucket was looked at.
	 */
	Collection<Link> values() {
		List<Link> all = new ArrayList<>();
		for (int i = 0; i < this.buckets.length(); i++) {
			Object bucket = this.buckets.get(i);
			if (bucket instanceof Link link) {
				all.add(link);
			}
			else if (bucket != null) {
				all.addAll(Arrays.asList((Link[]) bucket));
			}
		}
		return all;
	}

	int size() {
		return values().size();
	}

	private static @Nullable Link find(@Nullable Object bucket, String key) {
		if (bucket instanceof Link link) {
			return link.key.equals(key) ? link : null;
		}
		if (bucket != null) {
			for (Link link : (Link[]) bucket) {
				if (link.key.equals(key)) {
					return link;
				}
			}
		}
		return null;
	}

	private static Link[] plus(Object bucket, Link link) {
		if (bucket instanceof Link other) {
			return new Link[] { other, link };
		}
		Link[] chain = (Link[]) bucket;
		Link[] longer = Arrays.copyOf(chain, chain.length + 1);
		longer[chain.length] = link;
		return longer;
	}

	private static Link[] replaced(Link[] chain, Link former, Link link) {
		Link[] copy = chain.clone();
		for (int i = 0; i < copy.length; i++) {
			if (copy[i] == former) {
				copy[i] = link;
			}
		}
		return copy;
	}

	private static Object minus(Link[] chain, Link link) {
		if (chain.length == 2) {
			return (chain[0] == link) ? chain[1] : chain[0];
		}
		Link[] shorter = new Link[chain.length - 1];
		int at = 0;
		for (Link other : chain) {
			if (other != link) {
				shorter[at++] = other;
			}
		}
		return shorter;
	}

}
