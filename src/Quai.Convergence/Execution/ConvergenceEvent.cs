namespace Quai.Convergence.Execution;

/// <summary>Something that happens while a plan is executed.</summary>
/// <param name="Subject">What it happens to, as <c>Container shop-db-1</c>.</param>
/// <param name="Text">What happens, in a word: <c>Creating</c>, <c>Created</c>.</param>
/// <param name="Stage">How far it is.</param>
/// <param name="Detail">What else there is to say; empty for nothing.</param>
public sealed record ConvergenceEvent(string Subject, string Text, ConvergenceStage Stage, string Detail = "");
