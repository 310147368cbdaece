namespace Quai.Content.Snapshots;

/// <summary>A writable snapshot: what to mount. Lower directories are topmost first.</summary>
/// <param name="Key">Who writes to it: a container's id.</param>
/// <param name="Root">The folder that contains all the others: mounting with paths relative to it keeps the mount options short.</param>
/// <param name="Lower">Read-only layers, topmost first, relative to <paramref name="Root"/>.</param>
/// <param name="Upper">The writable layer, relative to <paramref name="Root"/>.</param>
/// <param name="Work">overlayfs's work directory, relative to <paramref name="Root"/>.</param>
public sealed record Snapshot(string Key, string Root, IReadOnlyList<string> Lower, string Upper, string Work);
