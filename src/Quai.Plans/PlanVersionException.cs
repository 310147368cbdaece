using Quai.Errors;

namespace Quai.Plans;

/// <summary>A plan needs a step that its shim is too old to know.</summary>
/// <param name="step">What the step does.</param>
/// <param name="needed">The plan version that knows it.</param>
/// <param name="known">The newest version that the shim knows.</param>
public sealed class PlanVersionException(string step, int needed, int known)
    : QuaiException(ErrorKind.Conflict, $"cannot {step}: the container was started by an older version of Quai, whose shim knows plans up to version {known}, not {needed}: restart the container");
