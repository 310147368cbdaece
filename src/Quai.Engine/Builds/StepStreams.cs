using System.Buffers.Binary;
using System.IO.Pipelines;
using Quai.Build.Execution;
using Quai.Runtime;

namespace Quai.Engine.Builds;

/// <summary>The standard streams of a step's program: its output comes in frames that say of which stream they are.</summary>
internal static class StepStreams
{
    private const int FrameHeader = 8, Piece = 32 << 10, Output = 1;

    /// <summary>Passes on what the program writes until it ends, and has it spoken with where somebody wants to.</summary>
    public static async Task ServeAsync(AttachConnection attached, StepLaunch launch, CancellationToken cancellation)
    {
        await using (attached)
        {
            if (launch.Talk is null)
            {
                await CopyAsync(attached, launch, null).ConfigureAwait(false);
                return;
            }

            var said = new Pipe();
            Task copying = CopyAsync(attached, launch, said.Writer);
            try
            {
                await launch.Talk(new Conversation(said.Reader, PipeWriter.Create(attached.Stream, new StreamPipeWriterOptions(leaveOpen: true))), cancellation).ConfigureAwait(false);
            }
            finally
            {
                // A program whose input has ended ends, too; and what it says until then nobody wants.
                attached.CompleteWriting();
                await said.Reader.CompleteAsync().ConfigureAwait(false);
                await copying.ConfigureAwait(false);
            }
        }
    }

    private sealed record Conversation(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private static async Task CopyAsync(AttachConnection attached, StepLaunch launch, PipeWriter? said)
    {
        byte[] buffer = new byte[Piece];
        try
        {
            while (await attached.Stream.ReadAtLeastAsync(buffer.AsMemory(0, FrameHeader), FrameHeader, throwOnEndOfStream: false).ConfigureAwait(false) == FrameHeader)
            {
                int stream = buffer[0], left = BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(4));
                while (left > 0)
                {
                    int count = await attached.Stream.ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length))).ConfigureAwait(false);
                    if (count == 0)
                    {
                        return;
                    }

                    if (said is not null && stream == Output)
                    {
                        await said.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
                    }
                    else
                    {
                        launch.Progress.Write(stream, buffer.AsSpan(0, count));
                    }

                    left -= count;
                }
            }
        }
        finally
        {
            if (said is not null)
            {
                await said.CompleteAsync().ConfigureAwait(false);
            }
        }
    }
}
