namespace Quai.Plans;

/// <summary>
/// Versions of the plan. The block's layout only grows: fields at the header's end, operations and slots with new numbers. A plan is therefore marked
/// with the oldest version that knows everything it uses, and runs in every shim of that version or newer. A shim that is running when a daemon of another version
/// takes over is given plans that it knows.
/// </summary>
public static class PlanVersions
{
    /// <summary>The newest that the interpreter in this build runs.</summary>
    public const int Current = 7;

    /// <summary>The oldest version that it runs.</summary>
    public const int Oldest = 2;

    /// <summary>The first version whose header says whether the program ends with the daemon.</summary>
    public const int EndsWithDaemon = 6;

    /// <summary>The first version whose header has hooks, and what is sent with a listener.</summary>
    public const int Hooks = 7;

    /// <summary>The first version whose header has more about the log than its file.</summary>
    public const int LogPlan = 7;

    /// <summary>The first version that knows an operation.</summary>
    public static int Of(PlanOperation operation) => operation switch
    {
        // Additions get their line here.
        PlanOperation.MountTmpfs => 3,
        PlanOperation.SocketPair or PlanOperation.Nftables or PlanOperation.SendDescriptors => 4,
        PlanOperation.NetlinkAgain => 5,
        PlanOperation.Hook or PlanOperation.Pause or PlanOperation.FilterWithListener or PlanOperation.OwnersNamespace or PlanOperation.MapOwners
            or PlanOperation.MountTmpfsWithContents or PlanOperation.ConnectSocket => Hooks,
        _ => 2,
    };
}
