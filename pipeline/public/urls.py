from django.urls import path

from pipeline.public import notices

app_name = "public"

urlpatterns = [path("", notices.notices, name="notices")]
