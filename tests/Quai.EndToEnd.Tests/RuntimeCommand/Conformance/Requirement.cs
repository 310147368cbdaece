namespace Quai.EndToEnd.Tests.RuntimeCommand.Conformance;

/// <summary>One thing that the OCI runtime specification asks of a runtime, and how to find out.</summary>
/// <param name="Section">The specification's file and section.</param>
/// <param name="Text">What is asked.</param>
/// <param name="Level">MUST, SHOULD or MAY.</param>
/// <param name="Check">Throws if it does not hold.</param>
public sealed record Requirement(string Section, string Text, string Level, Func<Candidate, Task> Check);
