namespace Quai.Convergence.Execution;

/// <summary>How far something is.</summary>
public enum ConvergenceStage
{
    /// <summary>It is being worked on.</summary>
    Working,

    /// <summary>It is done.</summary>
    Done,

    /// <summary>It was not done, which does not matter to the rest.</summary>
    Warning,

    /// <summary>It failed.</summary>
    Failed,
}
