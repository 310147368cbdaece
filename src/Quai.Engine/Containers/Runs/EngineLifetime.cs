namespace Quai.Engine.Containers.Runs;

/// <summary>Whether the engine still accepts work. It moves in one direction only: open, stopping, detached.</summary>
internal sealed class EngineLifetime
{
    private volatile bool _stopping, _detached;

    /// <summary>Nothing new is started any more.</summary>
    public bool IsStopping => _stopping;

    /// <summary>The containers belong to the next daemon: their exits are no longer handled here.</summary>
    public bool IsDetached => _detached;

    /// <summary>From now on nothing is started.</summary>
    public void Stop() => _stopping = true;

    /// <summary>From now on no exit is handled.</summary>
    public void Detach() => _stopping = _detached = true;
}
