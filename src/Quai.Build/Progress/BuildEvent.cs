namespace Quai.Build.Progress;

/// <summary>Something that happened in a build, for its watchers.</summary>
public abstract record BuildEvent;
