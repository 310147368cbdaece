using Quai.BuildProtocol.Llb;
using Quai.Frontend.Graphs;

namespace Quai.Frontend.Contexts;

/// <summary>Where a build's files are, and its Dockerfile.</summary>
/// <param name="Source">The Dockerfile, for errors and for what shows them.</param>
/// <param name="Remote">The files of a context that is not the client's directory.</param>
/// <param name="LocalName">The client's directory that is the context; empty where there is another context.</param>
/// <param name="Exclude">What of that directory is left out.</param>
internal sealed record BuildContext(SourceInfo Source, Files? Remote, string LocalName, IReadOnlyList<string> Exclude);
