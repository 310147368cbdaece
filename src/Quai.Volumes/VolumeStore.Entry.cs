namespace Quai.Volumes;

public sealed partial class VolumeStore
{
    // As in the database. What is there is everybody's; what is being made is its makers' only, and taken back if they do not finish.
    private enum EntryState
    {
        There,
        Making,
        Removing,
    }

    private sealed class Entry(Volume volume)
    {
        public Volume Volume { get; } = volume;

        // Held while the volume is mounted or unmounted: a server that does not answer keeps only its own volume waiting.
        public Lock Gate { get; } = new();

        public HashSet<string> Users { get; } = [];

        // Running containers that hold the mount of a volume with options; changed with the gate and the lock held.
        public HashSet<string> Mounted { get; } = [];

        // Who had a plugin mount it, with the id that the plugin knows them by; changed with the gate and the lock held.
        public Dictionary<string, PluginMount> PluginMounts { get; } = [];

        // Held while a plugin makes or removes the volume.
        public SemaphoreSlim Changing { get; } = new(1, 1);

        // Operations that need a plugin's volume to stay; changed with the lock held.
        public int Claims { get; set; }

        public EntryState State { get; set; }

        // Whether its plugin was asked to make it and did not refuse.
        public bool MaybeMade { get; set; }

        // Whether its plugin had it before.
        public bool Adopted { get; set; }
    }

    private sealed record PluginMount(string Id, string Path);
}
