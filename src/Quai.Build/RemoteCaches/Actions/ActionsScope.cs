namespace Quai.Build.RemoteCaches.Actions;

/// <summary>A part of a repository's cache that a token gives access to: that of a branch, such as <c>refs/heads/main</c>.</summary>
/// <param name="Scope">Its name; empty for one without.</param>
/// <param name="Permission">1 to read, 2 to write, or both together.</param>
internal sealed record ActionsScope(string Scope, int Permission)
{
    /// <summary>Whether it may be written.</summary>
    public bool IsWritable => (Permission & 2) != 0;
}
