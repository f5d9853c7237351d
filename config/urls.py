from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("portal/", include("pipeline.portal.urls")),
]
