namespace Kanban.Bus.Contracts;

/// <summary>What a stored file is to its task.</summary>
public enum ArtifactKind
{
    /// <summary>A run made it.</summary>
    Artifact,

    /// <summary>A person gave it to the task: each run finds it in the folder <c>attachments</c> of its workspace.</summary>
    Attachment,
}

/// <summary>Run or person → board: a file that is about to be uploaded.</summary>
/// <param name="Name">A label, with <c>/</c> between folders: 1 to 400 characters, no <c>.</c> or <c>..</c> between them. An attachment's has no folders. The same name again replaces the file.</param>
/// <param name="Sha256">64 hexadecimal digits; what arrives is held against it. Null: the board says what it got.</param>
public sealed record DeclareArtifact(string Name, long SizeBytes, string? Sha256 = null);

/// <summary>Board → who uploads: where to go on.</summary>
/// <param name="NextOffset">The first byte the board has not.</param>
/// <param name="Stored">The board has this very file already.</param>
public sealed record ArtifactUpload(Guid Id, string Name, long NextOffset, bool Stored);

/// <param name="ContentType">As the board sees it from the first bytes: an image's, <c>text/plain</c>, or <c>application/octet-stream</c>.</param>
/// <param name="Run">Number of the run that made it; null for an attachment.</param>
/// <param name="RunState">How that run stands: what a run left that was lost or has failed is no result of the task.</param>
public sealed record ArtifactView(
    Guid Id, ArtifactKind Kind, string Name, long SizeBytes, string Sha256, string ContentType, DateTimeOffset At, string By, int? Run, Guid? RunId, RunState? RunState);

/// <summary>Board → worker: a file that the run is to find in its workspace, as <c>attachments/NAME</c>.</summary>
public sealed record AttachedFile(Guid Id, string Name, long SizeBytes, string Sha256);
