namespace Quai.Cdi;

/// <summary>A program of the host that is run at a certain moment of a container's life (CDI specification, <c>hooks</c>).</summary>
/// <param name="Moment">prestart, createRuntime, createContainer, startContainer, poststart or poststop, as the OCI runtime specification defines them.</param>
/// <param name="Path">The program's absolute path.</param>
/// <param name="Arguments">Its arguments, its own name first; empty for the path alone.</param>
/// <param name="Environment">Its variables, as <c>NAME=value</c>.</param>
/// <param name="Timeout">The seconds that it may take; null for the runtime's own limit.</param>
public sealed record InjectedHook(string Moment, string Path, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment, int? Timeout);
