namespace Kanban.Bus.Board.Boards;

public static class BoardsFeature
{
    public static void MapBoards(this RouteGroupBuilder api)
    {
        var boards = api.MapGroup("/boards").WithTags("Boards");
        ShowBoards.Map(boards);
        CreateBoardEndpoint.Map(boards);
        EditBoardEndpoint.Map(boards);
    }
}
