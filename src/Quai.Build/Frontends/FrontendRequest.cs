using Quai.BuildProtocol.Llb;

namespace Quai.Build.Frontends;

/// <summary>What a frontend is asked for.</summary>
/// <param name="Attributes">The request's attributes, such as <c>filename</c>, <c>target</c>, <c>build-arg:NAME</c>.</param>
/// <param name="Inputs">Graphs by name, that stand for contexts.</param>
public sealed record FrontendRequest(IReadOnlyDictionary<string, string> Attributes, IReadOnlyDictionary<string, Definition> Inputs);
