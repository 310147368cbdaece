using System.IO.Pipelines;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Frontends;

/// <summary>A program of a frontend's, with which the builder speaks.</summary>
/// <param name="Meta">Its arguments, variables, user and working directory.</param>
/// <param name="Talk">Speaks with it: reads what it writes to its standard output, writes what it reads. When this returns, the program's standard input ends.</param>
/// <param name="OnError">Takes what it writes to its standard error.</param>
public sealed record FrontendProgram(Meta Meta, Func<IDuplexPipe, CancellationToken, Task> Talk, Action<ReadOnlyMemory<byte>> OnError);
